import { expect, test } from 'vitest'
import { withCredentialsFile } from '../../src/client/credentials.ts'

const none = { username: undefined, password: undefined }

test('without a file there is what the variables say', () => {
  expect(withCredentialsFile({ username: 'ann', password: 'x' }, undefined)).toEqual({
    username: 'ann',
    password: 'x',
  })
})

test('the file gives what the variables leave out', () => {
  const file = '[mlflow]\nmlflow_tracking_username = bob\nmlflow_tracking_password = secret\n'
  expect(withCredentialsFile(none, file)).toEqual({ username: 'bob', password: 'secret' })
  expect(withCredentialsFile({ username: 'ann', password: '' }, file)).toEqual({
    username: 'ann',
    password: 'secret',
  })
})

/** What Python's configparser reads in these texts. */
test.for([
  ['[mlflow]\nmlflow_tracking_username = a b \nMLFLOW_TRACKING_PASSWORD: x=y#z ; k\n', 'a b', 'x=y#z ; k'],
  ['[mlflow]\r\nmlflow_tracking_username=a%%b\r\n', 'a%b', undefined],
  ['[DEFAULT]\nmlflow_tracking_username=d\n[mlflow]\n', 'd', undefined],
  ['[DEFAULT]\nmlflow_tracking_username=d\n', undefined, undefined],
  ['[mlflow]\n  mlflow_tracking_username=in\n  mlflow_tracking_password=two\n', 'in', 'two'],
  ['# c\n[mlflow] # c\n; c\nmlflow_tracking_username="q"\n', '"q"', undefined],
  ['[other]\nmlflow_tracking_username=q\n', undefined, undefined],
  ['[ mlflow ]\nmlflow_tracking_username=q\n', undefined, undefined],
  ['mlflow_tracking_username=q\n', undefined, undefined],
])('%j', ([file, username, password]) => {
  expect(withCredentialsFile(none, file)).toEqual({ username, password })
})
