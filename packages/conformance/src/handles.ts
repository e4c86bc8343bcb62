/** How many of each kind of handle and request keep this process alive. */
export type Handles = ReadonlyMap<string, number>

export function activeHandles(): Handles {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** The least of what is active in a while: what comes and goes with the test runner is not a part of it. */
export async function steadyHandles(): Promise<Handles> {
  let least = activeHandles()
  for (let look = 0; look < 10; look++) {
    await new Promise((resolve) => setTimeout(resolve, 3))
    const now = activeHandles()
    least = new Map([...least].map(([kind, count]) => [kind, Math.min(count, now.get(kind) ?? 0)]))
  }
  return least
}

/** The kinds of which there are more than before, in words. */
export function leaked(before: Handles): string {
  const more = [...activeHandles()].filter(([kind, count]) => count > (before.get(kind) ?? 0))
  return more.map(([kind, count]) => `${count - (before.get(kind) ?? 0)} ${kind}`).join(', ')
}
