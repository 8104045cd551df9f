/** When models are tried in a process of their own before they are loaded, and what they may take there. */
export interface TrialOptions {
  /** Those that are expected at start as well; later ones always are. */
  readonly atStart?: boolean
  /** From the start of the process to its end; 60 s unless set. */
  readonly timeoutMs?: number
  /** Resident memory of the process (Linux), and its JavaScript heap; half of the process's own share unless set. */
  readonly memoryBytes?: number
}

/** What one trial may take. */
export interface TrialLimits {
  readonly timeoutMs: number
  readonly memoryBytes: number
}

const TIMEOUT_MS = 60_000

/** @param memoryBytes what this process may use in all. */
export function trialLimits(options: TrialOptions, memoryBytes: number): TrialLimits {
  return {
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    memoryBytes: options.memoryBytes ?? Math.floor(memoryBytes / 2),
  }
}
