import { usageError } from '../../usage-error.ts'
import type { AbortOptions, RolloutOptions, Wanted } from './options.ts'
import { type Direction, withRollouts } from './rollout-client.ts'
import { printView } from './show.ts'

export async function set(url: string, { name, wanted }: Wanted, options: RolloutOptions): Promise<void> {
  const split = readShares(wanted)
  await direct(url, { name, direction: 'split', body: { split } }, options)
}

export function promote(url: string, { name, wanted }: Wanted, options: RolloutOptions): Promise<void> {
  return direct(url, { name, direction: 'promote', body: { variant: wanted } }, options)
}

export function abort(url: string, name: string | undefined, options: AbortOptions): Promise<void> {
  const { cause } = options
  return direct(url, { name, direction: 'abort', body: cause === undefined ? {} : { cause } }, options)
}

export function restart(url: string, name: string | undefined, options: RolloutOptions): Promise<void> {
  return direct(url, { name, direction: 'restart', body: {} }, options)
}

/** `a=80,b=20`, percent; the server knows which are allowed. @throws ServingError INVALID_PARAMETER_VALUE */
export function readShares(text: string): Readonly<Record<string, number>> {
  const shares = text.split(',').map((part) => {
    const [, name = '', percent = ''] = /^\s*(.+?)\s*=\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(part) ?? []
    if (name === '') throw usageError(`'${part}' is no share: write a=80,b=20, in percent`)
    return [name, Number(percent)] as const
  })
  const names = shares.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw usageError(`'${text}' names ${twice} twice`)
  return Object.fromEntries(shares)
}

interface Directed {
  readonly name: string | undefined
  readonly direction: Direction
  readonly body: object
}

async function direct(
  url: string,
  { name, direction, body }: Directed,
  options: RolloutOptions,
): Promise<void> {
  const view = await withRollouts(url, options, async (client) =>
    client.direct(await client.nameOr(name), direction, body),
  )
  printView(view, options)
}
