/** The host's monotonic clock, the same in all processes of it, in milliseconds. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Waits until a condition holds, and fails, naming it, if that takes unreasonably long. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 30_000,
): Promise<void> {
  const untilMs = monotonicMs() + deadlineMs
  while (!(await condition())) {
    if (monotonicMs() > untilMs) throw new Error(`not within ${deadlineMs} ms: ${what}`)
    await pause(10)
  }
}

export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}
