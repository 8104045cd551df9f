import { describe, expect, test } from 'vitest'
import { localPathsOf } from '../../src/artifacts/local-artifacts.ts'

const places = { artifactRoot: '/srv/mlartifacts', folders: ['/here', '/db'] }

describe('an artifact URI', () => {
  test.each([
    ['/models/a', ['/models/a']],
    ['./mlruns/0', ['/here/mlruns/0', '/db/mlruns/0']],
    ['mlruns/0', ['/here/mlruns/0', '/db/mlruns/0']],
    ['/a%20b', ['/a%20b', '/a b']],
    ['/100%', ['/100%']],
    ['file:///a/b', ['/a/b']],
    ['FILE:/a%20b', ['/a b']],
    ['file://localhost/a', ['/a']],
    ['mlflow-artifacts:/0/models/x', ['/srv/mlartifacts/0/models/x']],
    ['mlflow-artifacts:///0/models/x', ['/srv/mlartifacts/0/models/x']],
    ['mlflow-artifacts:/a%20b/../c', ['/srv/mlartifacts/c']],
  ])('%s leads to %j', (uri, paths) => {
    expect(localPathsOf(uri, places)).toEqual(paths)
  })

  test.each([
    'file:a',
    'file://host/a',
    'file:///a?b',
    'file:///a#b',
    'file:///a%2fb',
    'mlflow-artifacts:/',
    'mlflow-artifacts://host:5000/a',
    'mlflow-artifacts:/..',
    'mlflow-artifacts:/../mlartifacts2/x',
    'mlflow-artifacts:/%2e%2e/x',
    'mlflow-artifacts:/a/%2e%2e/%2e%2e/x',
    'mlflow-artifacts:/a?b',
    'mlflow-artifacts:/a#/../../x',
    'mlflow-artifacts:/%zz',
  ])('%s is refused', (uri) => {
    expect(() => localPathsOf(uri, places)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
    )
  })

  test.each(['s3://b/k', 'http://h/p', 'runs:/r/m', 'hdfs:/x'])('%s is not of this machine', (uri) => {
    expect(() => localPathsOf(uri, places)).toThrow(expect.objectContaining({ code: 'NOT_IMPLEMENTED' }))
  })
})
