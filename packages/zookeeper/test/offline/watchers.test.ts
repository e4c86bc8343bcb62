import { expect, test } from 'vitest'
import { ZooKeeperWatchers } from '../../src/zookeeper-watchers.js'

test('all watchers at a path are one function to the client, and each is woken once', () => {
  const watchers = new ZooKeeperWatchers()
  const woken: string[] = []
  const notify = watchers.at('node', '/a', () => woken.push('one'))
  expect(watchers.at('node', '/a', () => woken.push('two'))).toBe(notify)
  notify()
  notify()
  expect(woken).toEqual(['one', 'two'])
})

test('a node, its children and another node are watched apart', () => {
  const watchers = new ZooKeeperWatchers()
  const wake = () => undefined
  const all = [watchers.at('node', '/a', wake), watchers.at('children', '/a', wake), watchers.at('node', '/b', wake)]
  expect(new Set(all).size).toBe(3)
})

test('a watcher that was forgotten is woken nowhere, and its place is used again', () => {
  const watchers = new ZooKeeperWatchers()
  const woken: string[] = []
  const gone = () => woken.push('gone')
  const notify = [watchers.at('node', '/a', gone), watchers.at('children', '/a', gone)]
  watchers.forget(gone)
  expect(watchers.at('node', '/a', () => woken.push('stays'))).toBe(notify[0])
  for (const each of notify) each()
  expect(woken).toEqual(['stays'])
})

test('after a notification the client is given a new function, as it has let go of the old one', () => {
  const watchers = new ZooKeeperWatchers()
  let woken = 0
  const first = watchers.at('node', '/a', () => woken++)
  first()
  const second = watchers.at('node', '/a', () => woken++)
  first()
  expect(woken).toBe(1)
  second()
  expect(woken).toBe(2)
})
