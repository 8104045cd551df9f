import { expect, test } from 'vitest'
import { authorizationOf, hideUserInfo, readServerUrl } from '../../src/client/server-url.ts'

test.for([
  ['http://host', 'http://host'],
  ['http://host/', 'http://host'],
  ['HTTPS://Host:443/a/b//', 'https://host/a/b'],
  ['http://ann:p%40ss@host:5000/mlflow', 'http://host:5000/mlflow'],
])('%s is shown as %s', ([text, url]) => {
  expect(readServerUrl(text as string).url).toBe(url)
})

test.for([
  '',
  'host:5000',
  '/path',
  'sqlite:///x.db',
  'ftp://host',
  'http://',
  'databricks',
  'http://h?a=1',
  'http://h#a',
])('%j is not the URL of a server', (text) => {
  expect(() => readServerUrl(text)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }))
})

test('a URL that cannot be read is shown without what may be a password', () => {
  expect(() => readServerUrl('ftp://ann:secret@host/x?token=secret')).toThrow(/^'ftp:\/\/host\/x' is not/)
})

test.for(['se/cret', 'se?cret', 'se#cret', 'a:b/cret'])(
  'a password that should have been encoded is not shown: %s',
  (password) => {
    expect(hideUserInfo(`ftp://ann:${password}@host/x`)).not.toContain('cret')
  },
)

test.for([
  'http://host:5000/models/iris@2',
  'http://host/iris@2',
  'http://host:5000',
  'models:/C# or F#?@champion',
  'runs:/0123/model#2',
])('%s is shown as it is', (text) => {
  expect(hideUserInfo(text)).toBe(text)
})

test('a URI that names a registry by its host is shown without what may be a password', () => {
  expect(hideUserInfo('models://scope:secret@registry/iris/1?key=secret')).toBe('models://registry/iris/1')
})

test('a token that no header can hold is refused', () => {
  const server = readServerUrl('http://host')
  expect(() => authorizationOf({ token: 'a\nb' }, server)).toThrow(/MLFLOW_TRACKING_TOKEN/)
})
