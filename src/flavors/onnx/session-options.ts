import type { InferenceSession } from 'onnxruntime-node'
import { invalidModel, type ServingError } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'

type SessionOptions = InferenceSession.SessionOptions

/** `GraphOptimizationLevel` of onnxruntime's Python package, whose numbers MLflow writes. */
const OPTIMIZATION_LEVELS = new Map<unknown, SessionOptions['graphOptimizationLevel']>([
  [1, 'basic'],
  [2, 'extended'],
  [3, 'layout'],
  [99, 'all'],
])

/** Entries of `extra_session_config` that make onnxruntime read or write files a model may not choose. */
const NAMES_A_FILE = /file|path|folder|context|debug/

/** Keys of MLflow 3.17.2's `onnx_session_options`, each with what it sets. */
const READERS: Readonly<Record<string, (value: unknown) => SessionOptions>> = {
  intra_op_num_threads: (value) => threads('intra_op_num_threads', value, 'intraOpNumThreads'),
  inter_op_num_threads: (value) => threads('inter_op_num_threads', value, 'interOpNumThreads'),
  execution_mode: executionMode,
  graph_optimization_level: graphOptimizationLevel,
  extra_session_config: extraSessionConfig,
}

/**
 * Options of a session: on the CPU, with threads that do not spin, as many as are allotted unless the MLmodel
 * file's `onnx_session_options` says otherwise. Values that are empty or 0 leave the default, and unknown options have no effect, as in MLflow.
 * @param configured the MLmodel entry, unchecked; absent and null mean none.
 * @throws ServingError INVALID_PARAMETER_VALUE for a value that an option cannot have.
 */
export function sessionOptions(configured: unknown, intraOpThreads: number): SessionOptions {
  let options: SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Errors are thrown as well; the log would get a line for every bad request.
    logSeverityLevel: 4,
    extra: { 'session.intra_op.allow_spinning': '0' },
  }
  if (configured === undefined || configured === null) return options
  if (!isRecord(configured)) throw refused('onnx_session_options', 'a map')
  for (const [key, value] of Object.entries(configured)) {
    const read = Object.hasOwn(READERS, key) ? READERS[key] : undefined
    if (read === undefined || !value) continue
    const { extra, ...rest } = read(value)
    options = { ...options, ...rest, extra: { ...options.extra, ...extra } }
  }
  return options
}

function threads(
  key: string,
  value: unknown,
  option: 'intraOpNumThreads' | 'interOpNumThreads',
): SessionOptions {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 1024) {
    throw refused(key, 'a number of threads up to 1024')
  }
  return { [option]: value }
}

function executionMode(value: unknown): SessionOptions {
  const mode = typeof value === 'string' ? value.toLowerCase() : value
  if (mode !== 'sequential' && mode !== 'parallel')
    throw refused('execution_mode', "'sequential' or 'parallel'")
  return { executionMode: mode }
}

function graphOptimizationLevel(value: unknown): SessionOptions {
  const level = OPTIMIZATION_LEVELS.get(value)
  if (level === undefined) throw refused('graph_optimization_level', '0, 1, 2, 3 or 99')
  return { graphOptimizationLevel: level }
}

function extraSessionConfig(value: unknown): SessionOptions {
  if (!isRecord(value)) throw refused('extra_session_config', 'a map of texts')
  const entries = Object.entries(value).map(([key, text]) => {
    if (NAMES_A_FILE.test(key)) throw refused(`extra_session_config.${key}`, 'absent, since it names a file')
    if (typeof text !== 'string' && typeof text !== 'number') {
      throw refused(`extra_session_config.${key}`, 'a text')
    }
    return [key, String(text)] as const
  })
  return { extra: Object.fromEntries(entries) }
}

function refused(option: string, wanted: string): ServingError {
  return invalidModel(`ONNX session option '${option}' of the MLmodel file must be ${wanted}.`, {
    details: { option },
  })
}
