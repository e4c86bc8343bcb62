import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type HistoryRecord, writeHistory } from '@eldest/simulator'

/** With what a storm was started. */
export interface StormSettings {
  store: string
  minutes: number
  candidates: number
  seed: number
  mixed: boolean
}

const FOLDER = join(import.meta.dirname, '../../histories')
const END = '.jsonl.settings'

/** Keeps the history of a run that broke a promise; returns where. */
export function keepHistory(history: readonly HistoryRecord[], settings: StormSettings): string {
  mkdirSync(FOLDER, { recursive: true })
  const file = join(FOLDER, `${settings.store}-${settings.seed}.jsonl`)
  writeFileSync(file, writeHistory(history))
  writeFileSync(join(FOLDER, `${settings.store}-${settings.seed}${END}`), JSON.stringify(settings))
  return file
}

/** With what the run was started whose history is kept. Errors: none is. */
export function keptSettings(seed: string): StormSettings {
  const name = (existsSync(FOLDER) ? readdirSync(FOLDER) : []).find((each) => each.endsWith(`-${seed}${END}`))
  if (name === undefined) throw new RangeError(`no history of seed ${seed} is kept in ${FOLDER}`)
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as StormSettings
}
