import { invalidModel } from '../../core/errors.ts'
import type { Parameters, ParameterValue } from '../../core/inference.ts'
import { describeType } from '../../signature/describe-schema.ts'
import type { ParamSpec } from '../../signature/model-signature.ts'
import { enforceObject } from './enforcement/enforce-nested.ts'
import { EnforcementError } from './enforcement/enforcement-error.ts'
import { invalidParams } from './failures.ts'
import { readJson } from './json/read-json.ts'
import { isPythonDatetime } from './numpy/numpy-datetime.ts'
import { intToFloat } from './python/parse-number.ts'
import { PythonError } from './python/python-error.ts'
import { pyRepr, pyStr } from './python/python-text.ts'
import { isDict, isList, isScalar, type PyValue, typeName } from './python/python-value.ts'

const NONE: Parameters = new Map()

/**
 * Checks the parameters of a request and completes them with defaults: MLflow 3.17.2, `mlflow/models/utils.py`,
 * `_enforce_params_schema`. Compiled for one signature.
 */
export class ParamsCheck {
  readonly #specs: readonly ParamSpec[] | undefined
  readonly #defaults: Parameters

  /** @throws ServingError INVALID_PARAMETER_VALUE for a default that is not of its parameter's type. */
  constructor(specs: readonly ParamSpec[] | undefined) {
    this.#specs = specs
    this.#defaults = new Map(specs?.map((spec) => [spec.name, defaultOf(spec)]))
  }

  /**
   * @param given `params` of the body. A model without parameters ignores it, whatever it is.
   * @throws ServingError INVALID_PARAMETER_VALUE
   */
  check(given: PyValue | undefined): Parameters {
    if (this.#specs === undefined) return NONE
    if (given === undefined || given === null) return this.#defaults
    if (!isDict(given)) throw invalidParams(`Parameters must be a dictionary. Got type '${typeName(given)}'.`)
    const checked = new Map(this.#defaults)
    const invalid: string[] = []
    for (const spec of this.#specs) {
      const value = given.get(spec.name)
      if (value === undefined) continue
      try {
        checked.set(spec.name, parameterOf(enforceParam(value, spec)))
      } catch (error) {
        if (!(error instanceof EnforcementError)) throw error
        invalid.push(`(${pyRepr(spec.name)}, ${pyRepr(error.message)})`)
      }
    }
    if (invalid.length > 0) throw invalidParams(`Invalid parameters found: {${invalid.join(', ')}}`)
    return checked
  }
}

function defaultOf(spec: ParamSpec): ParameterValue {
  try {
    return parameterOf(enforceParam(rawDefault(spec), spec))
  } catch (error) {
    if (error instanceof EnforcementError)
      throw invalidModel(`The default of a parameter is wrong: ${error.message}`)
    throw error
  }
}

/** An integer stays one, as it stood in the MLmodel file. */
function rawDefault({ default: value }: ParamSpec): PyValue {
  return readJson(JSON.stringify(value ?? null))
}

/** An object, which has no place among the parameters of an inference request, goes as its JSON text would. */
function parameterOf(value: PyValue): ParameterValue {
  if (isList(value)) return value.map(parameterOf)
  return isDict(value) ? pyRepr(value) : (value as ParameterValue)
}

function enforceParam(value: PyValue, spec: ParamSpec): PyValue {
  const { type, shape } = spec
  if (shape !== undefined && !isList(value)) {
    throw new EnforcementError(
      `Value must be a 1D array with shape (-1,) for param ${describeParam(spec)}, received ${typeName(value)} with ` +
        'ndim 0',
    )
  }
  try {
    if (typeof type !== 'string') return enforceObject(value, type, true)
    if (shape === undefined) return enforceParamScalar(value, type)
    return (value as readonly PyValue[]).map((item) => enforceParamScalar(item, type))
  } catch (error) {
    if (!(error instanceof EnforcementError || error instanceof PythonError)) throw error
    throw new EnforcementError(
      `Failed to validate type and shape for ${describeParam(spec)}, error: ${error.message}`,
    )
  }
}

function describeParam(spec: ParamSpec): string {
  const shape = spec.shape === undefined ? '' : ' (shape: (-1,))'
  const text = pyStr(rawDefault(spec))
  const value = spec.type === 'datetime' ? text.replace('T', ' ') : text
  return `'${spec.name}': ${describeType(spec.type)} (default: ${value})${shape}`
}

/** Integers are taken for floats; nothing else changes its type, but any date or time text is a datetime. */
function enforceParamScalar(value: PyValue, type: string): PyValue {
  if (value === null) return null
  if (type === 'datetime') return enforceDatetime(value)
  if (!isScalar(value)) {
    throw new EnforcementError(
      `Value must be a scalar for type \`DataType.${type}\`, got \`${pyStr(value)}\``,
    )
  }
  switch (type) {
    case 'float':
    case 'double':
      if (typeof value === 'bigint') return intToFloat(value)
      if (typeof value === 'number') return value
      break
    case 'integer':
    case 'long':
      if (typeof value === 'bigint') return value
      break
    case 'boolean':
      if (typeof value === 'boolean') return value
      break
    default:
      if (typeof value === 'string') return value
  }
  throw new EnforcementError(
    `Can not safely convert \`<class '${typeName(value)}'>\` to \`DataType.${type}\` for value \`${pyStr(value)}\``,
  )
}

function enforceDatetime(value: PyValue): PyValue {
  if (typeof value === 'string') {
    if (value === '' || value.toLowerCase() === 'nat') return null
    if (isPythonDatetime(value)) return value
  }
  throw new EnforcementError(
    `Failed to convert value \`${pyStr(value)}\` from type \`<class '${typeName(value)}'>\` to \`DataType.datetime\``,
  )
}
