import { expect, test } from 'vitest'
import { absoluteLocation, appendToUri } from '../../src/core/uri-path.ts'

// As MLflow 3.17.2 answers (`append_to_uri_path`, `resolve_uri_if_local`).
test.each([
  ['/a', '/a/x/y'],
  ['/a/', '/a/x/y'],
  ['', 'x/y'],
  ['s3://b', 's3://b/x/y'],
  ['s3://b/p?q=1', 's3://b/p/x/y?q=1'],
  ['s3://b/p;c', 's3://b/p;c/x/y'],
  ['file:/a', 'file:///a/x/y'],
  ['file:a', 'file:a/x/y'],
  ['dbfs:/a', 'dbfs:/a/x/y'],
  ['mlflow-artifacts:/', 'mlflow-artifacts:/x/y'],
  ['mlflow-artifacts:/1', 'mlflow-artifacts:/1/x/y'],
  ['bogus:z', 'bogus:z/x/y'],
  [' s3://b', 's3://b/x/y'],
  ['http://h:80/p;q', 'http://h:80/p/x/y;q'],
])('%j goes on with x/y as %j', (uri, longer) => {
  expect(appendToUri(uri, 'x/y')).toBe(longer)
})

test.each([
  ['a', `${process.cwd()}/a`],
  ['./a//b/../c', `${process.cwd()}/a/b/../c`],
  ['a%20b', `${process.cwd()}/a b`],
  ['file:a', `file://${process.cwd()}/a`],
  ['/a//b', '/a//b'],
  ['file:///a', 'file:///a'],
  ['s3:a', 's3:a'],
])('%j is at %j', (location, absolute) => {
  expect(absoluteLocation(location)).toBe(absolute)
})
