/** When the calls of a thread arrive. */
export interface Pace {
  /** Settles once every call was answered, failed or given up. To be called once. */
  run(): Promise<void>
  /** It is known what became of a call. */
  settled(isAnswered: boolean): void
}

/** What a pace acts on. */
export interface Pacing {
  /** `performance.now()` of the beginning. */
  readonly startedAt: number
  /** After which nothing arrives any more, from the beginning. */
  readonly endMs: number
  /** @param dueAt `performance.now()` of when it was to. */
  arrive(dueAt: number): void
  /** Gives up what has waited too long. */
  giveUpLate(): void
  /** Whether there are calls of which it is not known what became. */
  isUnderWay(): boolean
}
