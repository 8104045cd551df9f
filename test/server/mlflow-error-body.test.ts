import { describe, expect, test } from 'vitest'
import {
  badRequest,
  ERROR_CODES,
  ServingError,
  schemaEnforcementFailed,
  shareExceeded,
} from '../../src/core/errors.ts'
import { HTTP_STATUS } from '../../src/server/http-status.ts'
import { mlflowErrorBody } from '../../src/server/mlflow-error-body.ts'

describe('mlflowErrorBody', () => {
  test("is spaced and escaped as Python's json.dumps", () => {
    expect(mlflowErrorBody(badRequest('caf\u00e9 "x"\n\u007f\ud83d\ude00'))).toBe(
      '{"error_code": "BAD_REQUEST", "message": "caf\\u00e9 \\"x\\"\\n\\u007f\\ud83d\\ude00", ' +
        '"sqlstate": "KAM00", "error_class": "INVALID_PARAMETER_VALUE"}',
    )
  })

  test('gives schema enforcement its own SQLSTATE', () => {
    expect(JSON.parse(mlflowErrorBody(schemaEnforcementFailed('x')))).toMatchObject({
      error_code: 'INVALID_PARAMETER_VALUE',
      sqlstate: 'KAM01',
      error_class: 'SCHEMA_ENFORCEMENT_FAILED',
    })
  })

  test('leaves out class and SQLSTATE of codes that have none in MLflow', () => {
    expect(Object.keys(JSON.parse(mlflowErrorBody(shareExceeded('x', 1))))).toEqual(['error_code', 'message'])
  })

  test('cuts long messages', () => {
    const body = mlflowErrorBody(badRequest('x'.repeat(100_000)))
    expect(body.length).toBeLessThan(8500)
    expect(JSON.parse(body).message).toMatch(/x… \(91808 characters more\)$/)
  })

  test.each(ERROR_CODES)('%s has a status and a body', (code) => {
    expect(HTTP_STATUS[code]).toBeGreaterThanOrEqual(400)
    expect(JSON.parse(mlflowErrorBody(new ServingError(code, 'x')))).toMatchObject({ error_code: code })
  })
})
