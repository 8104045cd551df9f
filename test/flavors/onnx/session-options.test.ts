import { describe, expect, test } from 'vitest'
import { sessionOptions } from '../../../src/flavors/onnx/session-options.ts'
import { loadFile, modelPath } from '../../fixtures/onnx/onnx-models.ts'

const DEFAULTS = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 4,
  extra: { 'session.intra_op.allow_spinning': '0' },
}

describe('session options', () => {
  test.each([undefined, null, {}])(
    'are one thread on the CPU where the model says nothing: %j',
    (configured) => {
      expect(sessionOptions(configured, 1)).toEqual(DEFAULTS)
    },
  )

  test('take the threads that the runtime allots', () => {
    expect(sessionOptions(undefined, 3)).toMatchObject({ intraOpNumThreads: 3 })
  })

  test('follow the MLmodel file', () => {
    const configured = {
      intra_op_num_threads: 2,
      inter_op_num_threads: 4,
      execution_mode: 'PARALLEL',
      graph_optimization_level: 99,
      extra_session_config: { 'session.set_denormal_as_zero': '1', 'session.intra_op.allow_spinning': 1 },
    }
    expect(sessionOptions(configured, 1)).toEqual({
      ...DEFAULTS,
      intraOpNumThreads: 2,
      interOpNumThreads: 4,
      executionMode: 'parallel',
      graphOptimizationLevel: 'all',
      extra: { 'session.intra_op.allow_spinning': '1', 'session.set_denormal_as_zero': '1' },
    })
  })

  test('leave the default where MLflow does: empty values, 0, unknown options', () => {
    const configured = {
      intra_op_num_threads: 0,
      graph_optimization_level: 0,
      execution_mode: null,
      extra_session_config: {},
      enable_profiling: true,
      constructor: 1,
    }
    expect(sessionOptions(configured, 1)).toEqual(DEFAULTS)
  })

  test.each([
    ['text', /onnx_session_options/],
    [[1], /onnx_session_options/],
    [{ intra_op_num_threads: '2' }, /intra_op_num_threads/],
    [{ intra_op_num_threads: 1.5 }, /intra_op_num_threads/],
    [{ inter_op_num_threads: -1 }, /inter_op_num_threads/],
    [{ inter_op_num_threads: 1e9 }, /inter_op_num_threads/],
    [{ execution_mode: 'both' }, /execution_mode/],
    [{ graph_optimization_level: 7 }, /graph_optimization_level/],
    [{ extra_session_config: 'x' }, /extra_session_config/],
    [{ extra_session_config: { a: [] } }, /extra_session_config\.a/],
  ])('are refused where a value is impossible: %j', (configured, reason) => {
    expect(() => sessionOptions(configured, 1)).toThrowError(reason)
  })

  test.each([
    'session.model_external_initializers_file_folder_path',
    'session.optimized_model_external_initializers_file_name',
    'session.node_partition_config_file',
    'session.debug_layout_transformation',
    'ep.context_file_path',
    'ep.context_enable',
  ])('cannot make the engine touch files: %s', (key) => {
    expect(() => sessionOptions({ extra_session_config: { [key]: '/etc' } }, 1)).toThrowError(/names a file/)
  })

  test('reach the engine', async () => {
    const options = { extra_session_config: { 'session.load_model_format': 'ORT' } }
    const refused = loadFile(modelPath('softmax'), { onnx_session_options: options })
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  })
})
