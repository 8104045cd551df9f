import { type Command, Option } from 'commander'
import { internalError, messageOf } from '../core/errors.ts'
import { heldVariable, type PlatformVariable } from './platform-variables.ts'
import { usageError } from './usage-error.ts'
import { switched } from './values.ts'

/** One row of the settings table: everything that is known of a setting stands here and nowhere else. */
export interface Setting<T> {
  /** As commander reads it: `-p, --port <port>`. Left out where the setting is a variable alone. */
  readonly flags?: string
  /** Environment variable that is read where the flag is absent. */
  readonly variable?: string
  /** Variables by which platforms say the same; the first that is set comes before `variable`. */
  readonly platformVariables?: readonly PlatformVariable[]
  readonly default: T
  /** What the help shows as the default, where the value itself does not say it. */
  readonly defaultText?: string
  readonly help: string
  /** From the text of a flag or variable. `previous` holds what earlier flags of the same name gave. */
  parse(text: string, previous: T): T
  /** Taken for compatibility and without effect: not shown in the help. */
  readonly hidden?: boolean
  /** A variable that is set to nothing is a mistake, which `parse` tells, where else it counts as not set. */
  readonly refusesEmptyVariable?: true
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
  return { ...row, default: false, parse: switched }
}

/** Gives a command the settings of a table: `command.opts()` holds them all when its action runs. */
export function addSettings(command: Command, table: SettingsTable): void {
  const variables = Object.entries(table).filter(([, row]) => row.flags === undefined)
  for (const [key, row] of Object.entries(table)) {
    if (row.flags !== undefined) command.addOption(optionOf(key, row))
  }
  command.hook('preAction', (_, running) => {
    for (const [key, row] of variables) running.setOptionValue(key, readVariable(row))
  })
}

function readVariable(row: Setting<unknown>): unknown {
  const held = process.env[variableOf(row) ?? '']
  return held === undefined || isUnset(row)
    ? row.default
    : parseOrExplain(nameOf(row), () => row.parse(held, row.default))
}

/** The variable that counts here. */
function variableOf({ variable, platformVariables = [] }: Setting<unknown>): string | undefined {
  return heldVariable(platformVariables, process.env) ?? variable
}

/** Whether its variable is set to nothing, which counts as not set, as for MLflow. */
function isUnset(row: Setting<unknown>): boolean {
  return process.env[variableOf(row) ?? ''] === '' && row.refusesEmptyVariable !== true
}

/**
 * The option that commander shows and reads for a row. commander takes a flag before the variable and the
 * variable before the default; an error names the flag or the variable that held the text.
 */
function optionOf(key: string, row: Setting<unknown>): Option {
  if (row.flags === undefined) throw internalError(`The setting '${key}' has no flag`)
  const option = new Option(row.flags, row.help)
  option.attributeName = () => key
  const variable = variableOf(row)
  if (variable !== undefined && !isUnset(row) && !isSwitchedOff(option, row)) option.env(variable)
  if (row.hidden === true) option.hideHelp()
  option.default(row.default, defaultTextOf(row))
  // Of a flag such as --no-progress commander would make a value that is true without it.
  option.negate = false
  if (option.required || option.optional) {
    option.argParser((text: string, previous: unknown) =>
      parseOrExplain(nameOf(row), () => row.parse(text, previous)),
    )
  }
  return option
}

/** commander takes any text of a flag's variable for yes, `false` too. */
function isSwitchedOff(option: Option, row: Setting<unknown>): boolean {
  const held = process.env[variableOf(row) ?? '']
  if (option.required || option.optional || held === undefined) return false
  return parseOrExplain(nameOf(row), () => row.parse(held, false)) === false
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

/** A parser whose errors name the flag, for an option that stands in no table. */
export function parserOf<T>(flag: string, parse: (text: string) => T): (text: string) => T {
  return (text) => parseOrExplain(flag, () => parse(text))
}

function parseOrExplain<T>(name: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw usageError(`${name}: ${messageOf(error)}`)
  }
}

/** `--port (or MLFLOW_PORT)`. */
function nameOf(row: Setting<unknown>): string {
  const { flags } = row
  const variable = variableOf(row)
  if (flags === undefined) return variable ?? ''
  return `${flags.replace(/[<[].*/, '').trim()}${variable === undefined ? '' : ` (or ${variable})`}`
}
