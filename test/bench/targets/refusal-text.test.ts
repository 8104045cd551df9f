import { expect, it } from 'vitest'
import { refusalText } from '../../../src/bench/targets/refusal-text.ts'

it.each([
  [
    'MLflow',
    '{"message": "Failed to predict.\\nError: Model is missing inputs [\'a\'].", "stack_trace": null}',
    "Error: Model is missing inputs ['a']",
  ],
  [
    'a model of Python',
    '{"message": "Encountered an unexpected error.", "stack_trace": "Traceback:\\n  File …\\nKeyError: \'a\'\\n"}',
    "KeyError: 'a'",
  ],
  ['V2', '{"error": "unexpected shape \\"[2]\\""}', 'unexpected shape "[2]"'],
  [
    'FastAPI',
    '{"detail": [{"msg": "Field required"}, {"msg": "Input should be a list"}]}',
    'Field required; Input should be a list',
  ],
  [
    'a proxy',
    '<html>\n<head><title>502 Bad\n Gateway</title></head></html>',
    "a page titled '502 Bad Gateway'",
  ],
  ['a page without a title', '<!DOCTYPE html><p>no</p>', 'a page'],
  ['text', 'first\nlast line.\n', 'last line'],
  ['nobody', '', ''],
])('what %s says is a line for a person', (_, text, line) => {
  expect(refusalText(text)).toBe(line)
})
