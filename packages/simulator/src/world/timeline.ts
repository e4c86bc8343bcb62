/** Something that is going to happen. */
export interface Happening {
  readonly atMs: number
  /** Decides among what happens at the same moment: the smallest first. */
  readonly order: number
  readonly happen: () => void
  cancelled: boolean
}

/** What is going to happen, in the order in which it will: a binary heap. */
export class Timeline {
  readonly #heap: Happening[] = []

  add(happening: Happening): void {
    const heap = this.#heap
    let place = heap.length
    heap.push(happening)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!isBefore(happening, heap[parent]!)) break
      heap[place] = heap[parent]!
      place = parent
    }
    heap[place] = happening
  }

  /** Takes the next one out, unless it comes after the given time. */
  next(untilMs: number): Happening | undefined {
    for (;;) {
      const first = this.#heap[0]
      if (!first || first.atMs > untilMs) return undefined
      this.#removeFirst()
      if (!first.cancelled) return first
    }
  }

  #removeFirst(): void {
    const heap = this.#heap
    const moved = heap.pop()!
    const { length } = heap
    if (length === 0) return
    let place = 0
    for (;;) {
      let child = place * 2 + 1
      if (child >= length) break
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, moved)) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = moved
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}
