import { Random } from '../../../soak/mlflow-differential/random.ts'

/** What is wrong with the answer to a request that was made with a number; undefined where nothing is. */
export type Trial = (random: Random) => Promise<{ readonly kind: string; readonly fault: string | undefined }>

export interface MutationPlan {
  readonly seed: number
  readonly requests: number
  /** So many at a time. */
  readonly together: number
  readonly trial: Trial
  /** Throws unless sound requests are answered as they have to be. Called after each hundred. */
  readonly stillSound: () => Promise<void>
}

export interface MutationReport {
  /** How often each kind of answer was given. */
  readonly answers: Readonly<Record<string, number>>
  /** With the number that makes the request again. */
  readonly faults: readonly string[]
}

const HUNDRED = 100

/** Sends mutated requests, each made from a number of its own. */
export async function runMutations(plan: MutationPlan): Promise<MutationReport> {
  const answers: Record<string, number> = {}
  const faults: string[] = []
  const tryOne = async (number: number): Promise<void> => {
    const { kind, fault } = await outcomeOf(plan.trial, number)
    answers[kind] = (answers[kind] ?? 0) + 1
    if (fault !== undefined) faults.push(`${number}: ${fault}`)
  }
  for (let done = 0; done < plan.requests; done += HUNDRED) {
    const numbers = Array.from({ length: HUNDRED }, (_, index) => plan.seed * 1_000_003 + done + index)
    await someAtATime(plan.together, numbers, tryOne)
    await plan.stillSound()
  }
  return { answers, faults }
}

async function outcomeOf(trial: Trial, number: number): ReturnType<Trial> {
  try {
    return await trial(new Random(number))
  } catch (error) {
    return { kind: 'no answer', fault: error instanceof Error ? `${error.message}` : String(error) }
  }
}

async function someAtATime(
  together: number,
  numbers: readonly number[],
  work: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < numbers.length; at = next++) await work(numbers[at]!)
  }
  await Promise.all(Array.from({ length: together }, worker))
}
