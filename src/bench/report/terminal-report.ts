import { styleText } from 'node:util'
import { printable } from '../../core/printable.ts'
import type { BenchReport, TargetReport } from './bench-report.ts'
import { loadTable } from './load-table.ts'
import { loadText } from './load-text.ts'
import { machineText } from './machine.ts'
import { stageRows, stageTitle } from './stage-bars.ts'
import { timeSpent } from './time-spent.ts'
import { wrapped } from './wrapped.ts'

export interface TerminalOptions {
  /** Whether the terminal shows colours. */
  readonly colors: boolean
  /** In characters; 80 unless set. */
  readonly width?: number | undefined
}

/** Control characters of foreign text are left out. */
type Paint = (style: 'bold' | 'cyan' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string

/** The report for who reads a terminal: what was measured of whom, in a table, and what follows from it. */
export function terminalReport(report: BenchReport, options: TerminalOptions): string {
  return new TerminalReport(report, options).text()
}

class TerminalReport {
  readonly #report: BenchReport
  readonly #paint: Paint
  readonly #width: number

  constructor(report: BenchReport, { colors, width = 80 }: TerminalOptions) {
    this.#report = report
    this.#width = width
    this.#paint = (style, text) =>
      colors ? styleText(style, printable(text), { validateStream: false }) : printable(text)
  }

  text(): string {
    const { warnings, targets, assertions } = this.#report
    const parts = [
      warnings.map((warning) => this.#lead('Warning:', 'yellow', warning)).join('\n'),
      targets.map((target) => this.#found(target)).join('\n'),
      ...this.#tables(),
      ...targets.map((target) => this.#max(target)),
      ...targets.map((target) => this.#stages(target)),
      this.#verdicts(),
      assertions
        .map(({ text, passed, measured }) => this.#assertion(passed, `${text}: ${measured}`))
        .join('\n'),
      this.#notes(),
    ]
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`.replaceAll('\u00a0', ' ')
  }

  #found({ target }: TargetReport): string {
    const isNamed = target.name !== target.origin
    const head = `${this.#paint('bold', target.name)}${isNamed ? ` ${this.#paint('dim', target.origin)}` : ''}`
    return [head, ...target.found.map((line) => this.#wrap(`  ${printable(line)}`, '    '))].join('\n')
  }

  #tables(): readonly string[] {
    return loadTable(this.#report.targets, this.#width).map(([title = '', ...lines]) =>
      [this.#paint('dim', title), ...lines].join('\n'),
    )
  }

  #max({ target, max }: TargetReport): string {
    if (max === undefined) return ''
    const several = this.#report.targets.length > 1
    return this.#wrap(`${several ? `${printable(target.name)}: ` : ''}${max.explanation}`)
  }

  /** Where the time of an answer went. */
  #stages({ target, chief }: TargetReport): string {
    const spent = chief === undefined ? undefined : timeSpent(chief)
    if (spent === undefined) return ''
    const title = this.#wrap(`Where the time went at ${printable(target.name)}: ${stageTitle(spent)}.`)
    const rows = stageRows(spent).map(
      ({ name, time, bar }) => `  ${name} ${time} ${this.#paint('cyan', bar)}`,
    )
    return [...title.split('\n').map((line) => this.#paint('dim', line)), ...rows].join('\n')
  }

  #verdicts(): string {
    return this.#report.comparisons
      .flatMap(({ load, comparisons }) =>
        comparisons.map(({ verdict }) => this.#lead(`${loadText(load)}:`, 'dim', verdict)),
      )
      .join('\n')
  }

  #assertion(passed: boolean, text: string): string {
    return this.#lead(passed ? 'kept  ' : 'broken', passed ? 'green' : 'red', text)
  }

  #notes(): string {
    return [...this.#report.notes, `Measured from ${machineText(this.#report.machine)}.`]
      .flatMap((note) => this.#wrap(printable(note)).split('\n'))
      .map((line) => this.#paint('dim', line))
      .join('\n')
  }

  /** A painted word, and what it is about. */
  #lead(word: string, style: Parameters<Paint>[0], text: string): string {
    const plain = printable(word)
    const lines = this.#wrap(`${plain} ${printable(text)}`, '  ')
    return `${this.#paint(style, plain)}${lines.slice(plain.length)}`
  }

  /** Spaces that keep a number and its unit together are those of words here, and become plain ones at the end. */
  #wrap(text: string, indent = ''): string {
    return wrapped(text, this.#width, indent)
  }
}
