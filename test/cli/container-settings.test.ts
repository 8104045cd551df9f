import { Command } from 'commander'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { SERVE_SETTINGS, type ServeSettings } from '../../src/cli/config.ts'
import { expectServable, platformRoutes, warnOfVariables } from '../../src/cli/container-settings.ts'
import { addSettings } from '../../src/cli/setting.ts'

async function parse(...args: string[]): Promise<ServeSettings> {
  const command = new Command()
    .helpOption('--help')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action(() => {})
  addSettings(command, SERVE_SETTINGS)
  return (await command.parseAsync(args, { from: 'user' })).opts<ServeSettings>()
}

afterEach(() => vi.unstubAllEnvs())

describe('the port', () => {
  test.each([
    [{ SAGEMAKER_BIND_TO_PORT: '9001' }, 9001],
    [{ AIP_HTTP_PORT: '9002' }, 9002],
    [{ PORT: '9003', K_SERVICE: 'iris' }, 9003],
    [{ PORT: '9003' }, 8080],
    [{ AIP_HTTP_PORT: '' }, 8080],
  ])('of a platform comes before that of the image: %j', async (variables, port) => {
    vi.stubEnv('MLFLOW_PORT', '8080')
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    expect((await parse()).port).toBe(port)
    expect((await parse('--port', '7000')).port).toBe(7000)
  })

  test('is refused by the name of the variable that held it', async () => {
    vi.stubEnv('MLFLOW_PORT', '8080')
    vi.stubEnv('AIP_HTTP_PORT', 'http')
    await expect(parse()).rejects.toThrow(/--port \(or AIP_HTTP_PORT\): 'http' is not a port/)
  })
})

describe("MLflow's variables", () => {
  test.each([
    ['python_function', undefined],
    ['onnx', 'onnx'],
    ['', undefined],
  ])('choose a flavor: %j', async (held, flavor) => {
    vi.stubEnv('MLFLOW_DEPLOYMENT_FLAVOR_NAME', held)
    expect((await parse()).flavor).toBe(flavor)
  })

  test('name no flavor that Headrace has not', async () => {
    vi.stubEnv('MLFLOW_DEPLOYMENT_FLAVOR_NAME', 'mleap')
    await expect(parse()).rejects.toThrow(/MLFLOW_DEPLOYMENT_FLAVOR_NAME: 'mleap' is not a flavor/)
  })

  test('are warned of once each, where they have no effect', async () => {
    const warned: string[] = []
    const log = { warn: (text: unknown) => void warned.push(String(text)) }
    warnOfVariables(await parse(), log)
    expect(warned).toEqual([])
    for (const name of ['GUNICORN_CMD_ARGS', 'SERVING_MODEL_CONFIG', 'DISABLE_NGINX']) vi.stubEnv(name, '1')
    warnOfVariables(await parse(), log)
    expect(warned).toEqual([
      expect.stringContaining('GUNICORN_CMD_ARGS has no effect'),
      expect.stringContaining('SERVING_MODEL_CONFIG has no effect'),
      expect.stringContaining('DISABLE_NGINX has no effect'),
    ])
  })
})

describe('the routes of a platform', () => {
  test('are there where it is', async () => {
    expect(platformRoutes(await parse())).toEqual({ azureScoring: false })
    vi.stubEnv('AIP_PREDICT_ROUTE', '/predict')
    vi.stubEnv('AIP_HEALTH_ROUTE', '/v1/endpoints/1/deployedModels/2')
    vi.stubEnv('AZUREML_MODEL_DIR', '/var/azureml-app/azureml-models/iris/3')
    vi.stubEnv('SAGEMAKER_BATCH', 'true')
    expect(platformRoutes(await parse())).toEqual({
      ...{ vertexPredict: '/predict', vertexHealth: '/v1/endpoints/1/deployedModels/2' },
      ...{ azureScoring: true, batchTransformBytes: 100 * 1024 * 1024 },
    })
  })

  test.each(['predict', '/a b', '/a?b', '/a#b', '/a\nb'])('are paths: %j is none', async (route) => {
    vi.stubEnv('AIP_PREDICT_ROUTE', route)
    await expect(parse()).rejects.toThrow(/AIP_PREDICT_ROUTE: [\s\S]* is not the path of a route/)
  })
})

test('a multi-model endpoint of SageMaker is refused, since its routes would not be there', async () => {
  const settings = await parse()
  expect(() => expectServable(settings)).not.toThrow()
  expect(() => expectServable({ ...settings, sagemakerMultiModel: true })).toThrow(
    /SAGEMAKER_MULTI_MODEL is set/,
  )
})
