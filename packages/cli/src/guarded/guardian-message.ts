/** What `eldest run` tells its guardian. Moments are milliseconds on `hostNow`, which both processes share. */
export type ToGuardian =
  | { type: 'start'; command: string; args: string[]; deadline: Deadline }
  /** The leadership was confirmed again: the command may live until then. */
  | { type: 'deadline'; deadline: Deadline }
  /** Pass a signal on to the command. */
  | { type: 'signal'; name: NodeJS.Signals }

/** When the command is asked to end, and when it is ended. */
export interface Deadline {
  termAtMs: number
  killAtMs: number
}

/** What the guardian tells `eldest run`. */
export type FromGuardian =
  | { type: 'started'; pid: number }
  | { type: 'failed'; message: string }
  | { type: 'exited'; code: number | null; signal: NodeJS.Signals | null }
