import { printable } from '../../core/printable.ts'
import { millisecondsText } from '../../page/number-texts.ts'
import { ELSEWHERE, type TimeSpent } from './time-spent.ts'

const BAR = 32
const LEAST_NAME = 12
const MOST_NAME = 24

/** A row of the picture: a stage, its time, and a bar that is as long as its part. */
export interface StageRow {
  readonly name: string
  readonly time: string
  readonly bar: string
}

/** Stages of the server one under the other, and what is left of the latency. */
export function stageRows({ stages, elsewhereMs }: TimeSpent): readonly StageRow[] {
  const all = [
    ...stages,
    ...(elsewhereMs === undefined ? [] : [{ name: 'elsewhere', milliseconds: elsewhereMs }]),
  ]
  const longest = Math.max(...all.map(({ milliseconds }) => milliseconds))
  const names = all.map(({ name }) => shortened(printable(name)))
  const width = Math.max(LEAST_NAME, ...names.map((name) => name.length))
  return all.map(({ milliseconds }, at) => ({
    name: (names[at] ?? '').padEnd(width),
    time: millisecondsText(milliseconds).padStart(9),
    bar: '█'.repeat(Math.round((BAR * milliseconds) / longest)) || '▏',
  }))
}

/** What the picture is of. */
export function stageTitle({ meanMs, serverMs, elsewhereMs }: TimeSpent): string {
  const told = `${millisecondsText(meanMs)} on average, of which the server tells ${millisecondsText(serverMs)}`
  return elsewhereMs === undefined ? `${told}: its stages overlap` : `${told}; elsewhere is ${ELSEWHERE}`
}

function shortened(name: string): string {
  return name.length <= MOST_NAME ? name : `${name.slice(0, MOST_NAME - 1)}…`
}
