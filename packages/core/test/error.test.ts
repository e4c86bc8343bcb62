import { describe, expect, it, vi } from 'vitest'
import { ConsensusError, isConsensusError } from '../src/index.js'

describe('a ConsensusError', () => {
  it('is recognised across two copies of the package', async () => {
    vi.resetModules()
    const copy = await import('../src/error.js')
    const theirs = new copy.ConsensusError('KEY_EXISTS', 'taken')
    expect(copy.ConsensusError).not.toBe(ConsensusError)
    expect(theirs instanceof ConsensusError).toBe(false)
    expect(isConsensusError(theirs, 'KEY_EXISTS')).toBe(true)
    expect(copy.isConsensusError(new ConsensusError('BACKEND', 'odd'))).toBe(true)
  })

  it('is told by its code', () => {
    const error = new ConsensusError('UNAVAILABLE', 'down')
    expect(isConsensusError(error)).toBe(true)
    expect(isConsensusError(error, 'BACKEND', 'UNAVAILABLE')).toBe(true)
    expect(isConsensusError(error, 'BACKEND')).toBe(false)
  })

  it.each([undefined, null, 'UNAVAILABLE', new Error('x'), { code: 'UNAVAILABLE', name: 'ConsensusError' }])(
    'is not mistaken for %j',
    (value) => expect(isConsensusError(value)).toBe(false),
  )

  it('carries its cause and ending, and has neither when there is none', () => {
    const cause = new Error('socket')
    expect(new ConsensusError('BACKEND', 'm', { cause }).cause).toBe(cause)
    expect('cause' in new ConsensusError('BACKEND', 'm')).toBe(false)
    expect(new ConsensusError('LEADERSHIP_LOST', 'm', { ending: 'evicted' }).ending).toBe('evicted')
  })

  it('does not show its brand to whoever prints or copies it', () => {
    const error = new ConsensusError('BACKEND', 'm')
    expect(Object.getOwnPropertySymbols(Object.assign({}, error))).toEqual([])
    expect(String(error)).toBe('ConsensusError: m')
  })
})
