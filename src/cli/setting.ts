import { Option } from 'commander'
import { invalidParameter, messageOf } from '../core/errors.ts'

/** One row of the settings table: everything that is known of a setting stands here and nowhere else. */
export interface Setting<T> {
  /** As commander reads it: `-p, --port <port>`. */
  readonly flags: string
  /** Environment variable that is read where the flag is absent. */
  readonly variable?: string
  readonly default: T
  /** What the help shows as the default, where the value itself does not say it. */
  readonly defaultText?: string
  readonly help: string
  /** From the text of a flag or variable. `previous` holds what earlier flags of the same name gave. */
  parse(text: string, previous: T): T
  /** Taken for compatibility and without effect: not shown in the help. */
  readonly hidden?: boolean
}

export type SettingsTable = Readonly<Record<string, Setting<unknown>>>

/** The values of a table, by its keys. */
export type SettingsOf<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends Setting<infer T> ? T : never
}

/** Fixes the type of a row from its default and parser. */
export function setting<T>(row: Setting<T>): Setting<T> {
  return row
}

/** A flag without a value. */
export function flag(row: Omit<Setting<boolean>, 'parse' | 'default'>): Setting<boolean> {
  return { ...row, default: false, parse: parseBoolean }
}

/**
 * The option that commander shows and reads for a row. commander takes a flag before the variable and the
 * variable before the default; an error names the flag or the variable that held the text.
 */
export function optionOf(key: string, row: Setting<unknown>): Option {
  const option = new Option(row.flags, row.help)
  option.attributeName = () => key
  if (row.variable !== undefined && !isSwitchedOff(option, row)) option.env(row.variable)
  if (row.hidden === true) option.hideHelp()
  option.default(row.default, defaultTextOf(row))
  if (option.required || option.optional) {
    option.argParser((text: string, previous: unknown) =>
      parseOrExplain(row, () => row.parse(text, previous)),
    )
  }
  return option
}

/** commander takes any text of a flag's variable for yes, `false` too. */
function isSwitchedOff(option: Option, row: Setting<unknown>): boolean {
  const held = process.env[row.variable ?? '']
  if (option.required || option.optional || held === undefined) return false
  return parseOrExplain(row, () => row.parse(held, false)) === false
}

/** What a person reads as the default; empty where there is none. */
export function defaultTextOf(row: Setting<unknown>): string {
  const value = row.default
  const none = value === undefined || value === false || (Array.isArray(value) && value.length === 0)
  return row.defaultText ?? (none ? '' : String(value))
}

/** commander's own shows an absent default as `[]` and hides one that only its text describes. */
export function describeOption(option: Option): string {
  const notes = [
    ...(option.defaultValueDescription ? [`default: ${option.defaultValueDescription}`] : []),
    ...(option.envVar === undefined ? [] : [`env: ${option.envVar}`]),
  ]
  return notes.length === 0 ? option.description : `${option.description} (${notes.join(', ')})`
}

function parseOrExplain<T>(row: Setting<unknown>, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const variable = row.variable === undefined ? '' : ` (or ${row.variable})`
    throw invalidParameter(`${row.flags.replace(/[<[].*/, '').trim()}${variable}: ${messageOf(error)}`)
  }
}

function parseBoolean(text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true
  if (/^(0|false|no|off|)$/i.test(text)) return false
  throw invalidParameter(`'${text}' is not true or false`)
}
