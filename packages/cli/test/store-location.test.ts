import { expect, test } from 'vitest'
import { defaultStoreUrl } from '../src/store-location.js'

test('the default store is in the state folder that the user chose', () => {
  expect(defaultStoreUrl({ XDG_STATE_HOME: '/var/state' }, 'linux')).toBe('local:/var/state/eldest/store.lmdb')
})

test('the default store is in the state folder of the system', () => {
  expect(defaultStoreUrl({}, 'linux')).toMatch(/^local:\/.*\/\.local\/state\/eldest\/store\.lmdb$/)
  expect(defaultStoreUrl({}, 'darwin')).toMatch(/Library\/Application Support\/eldest\/store\.lmdb$/)
  expect(defaultStoreUrl({ LOCALAPPDATA: '/local' }, 'win32')).toBe('local:/local/eldest/store.lmdb')
})
