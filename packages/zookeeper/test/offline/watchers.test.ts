import zookeeper from 'node-zookeeper-client'
import { expect, test } from 'vitest'
import { ZooKeeperWatchers } from '../../src/zookeeper-watchers.js'

const changed = { type: zookeeper.Event.NODE_DATA_CHANGED, path: '/a' }
const deleted = { type: zookeeper.Event.NODE_DELETED, path: '/a' }

test('all watchers at a path are one function to the client, and each is woken once', () => {
  const watchers = new ZooKeeperWatchers()
  const woken: string[] = []
  const notify = watchers.at('node', '/a', () => woken.push('one'))
  expect(watchers.at('node', '/a', () => woken.push('two'))).toBe(notify)
  notify(changed)
  notify(changed)
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
  for (const each of notify) each(changed)
  expect(woken).toEqual(['stays'])
})

test('after a notification the client is given a new function, as it has let go of the old one', () => {
  const watchers = new ZooKeeperWatchers()
  let woken = 0
  const first = watchers.at('node', '/a', () => woken++)
  first(changed)
  const second = watchers.at('node', '/a', () => woken++)
  first(changed)
  expect(woken).toBe(1)
  second(changed)
  expect(woken).toBe(2)
})

test('a watcher is told the path of a node that is gone, and none of a change', () => {
  const watchers = new ZooKeeperWatchers()
  const gone: (string | undefined)[] = []
  watchers.at('node', '/a', (path) => gone.push(path))(changed)
  watchers.at('node', '/a', (path) => gone.push(path))(deleted)
  expect(gone).toEqual([undefined, '/a'])
})
