import { printable } from '../../core/printable.ts'
import type { Experiment } from '../../entities/experiment.ts'
import type { Tag } from '../../entities/tag.ts'
import { print } from '../output.ts'

/** Prints one JSON value for programs: numbers that JSON has not as texts, as MLflow writes them. */
export function printEntity(entity: unknown): void {
  print(JSON.stringify(entity, (_, value: unknown) => asJson(value), 2))
}

function asJson(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** Lines `name  value` under each other. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => printable(`${name.padEnd(width)}  ${value}`).trimEnd()).join('\n')
}

export function tagFacts(tags: readonly Tag[]): readonly (readonly [string, string])[] {
  return tags.map(({ key, value }) => [`  ${key}`, value.replace(/\s*\n\s*/g, ' ')])
}

/** For sentences. */
export function nameOf({ name, experimentId }: Pick<Experiment, 'name' | 'experimentId'>): string {
  return `experiment '${printable(name)}' (${experimentId})`
}
