import { constants } from 'node:os'

/** The signals by which people and supervisors ask a program to stop. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** How many times a stop may be asked for before this program stops being polite. */
const PATIENCE = 3

/**
 * A signal that aborts when the user asks to stop. Asking three times exits at once: the key then goes with its
 * session. `onSignal` hears of each.
 */
export function stopRequest(onSignal: (name: NodeJS.Signals) => void = () => {}): AbortController {
  const controller = new AbortController()
  let asked = 0
  for (const name of STOP_SIGNALS) {
    process.on(name, () => {
      if (++asked >= PATIENCE) process.exit(128 + constants.signals[name])
      onSignal(name)
      controller.abort(new Error(`stopped by ${name}`))
    })
  }
  return controller
}
