import { type Shard, WHOLE } from '../batch/shard.ts'

/** Stands for the shard in the name of a file that it writes. */
export const SHARD_PLACE = '{shard}'

/**
 * The name of a shard's file: `part-{shard}.csv` is `part-00003-of-00008.csv` for the fourth of eight. In the order of their
 * names the files are in the order of the input.
 */
export function atShard(path: string, { index, count }: Shard = WHOLE): string {
  const digits = Math.max(5, String(count).length)
  const [own, all] = [index, count].map((number) => String(number).padStart(digits, '0'))
  return path.replaceAll(SHARD_PLACE, `${own}-of-${all}`)
}
