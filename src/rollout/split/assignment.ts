import { hash } from 'node:crypto'
import type { SplitRange } from '../rollout-state.ts'

/** Keys are numbers from 0 up to this, without it. */
export const KEY_NUMBERS = 2 ** 52

/** A slot is a tenth of a percent of all keys. */
export const SLOTS = 1000

/** 52 bits. */
const HEX_DIGITS = 13

/**
 * The number of a sticky key in one rollout: the first 52 bits, big-endian, of the SHA-256 of `seed:key` in UTF-8. Spread
 * evenly over 0 <= n < 2^52, differently in each rollout. docs/rollouts.md has it in Python and as a table of values.
 * @param seed `RolloutState.id`
 */
export function keyNumber(seed: string, key: string): number {
  return Number.parseInt(hash('sha256', `${seed}:${key}`, 'hex').slice(0, HEX_DIGITS), 16)
}

/** Of `SLOTS`, counted from 0: floor(n / 2^52 * 1000), in IEEE 754 doubles and in this order. */
export function slotOf(number: number): number {
  return Math.floor((number / KEY_NUMBERS) * SLOTS)
}

/** Index of the variant that a slot belongs to. @param split covers all slots. */
export function variantOfSlot(split: readonly SplitRange[], slot: number): number {
  let low = 0
  let high = split.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (slot < (split[middle]?.end ?? SLOTS)) high = middle
    else low = middle + 1
  }
  return split[low]?.variant ?? 0
}
