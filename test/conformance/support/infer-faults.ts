import type { JsonValue } from '../../../src/conformance/wire/exact-json.ts'
import {
  answers,
  changed,
  infers,
  misread,
  type NamedFault,
  on,
  outputsIn,
  rewritten,
  sends,
  without,
} from './faults.ts'

const rows = (count: number) => sends(`"shape":[${count},`)

/** Of servers that infer wrongly. */
export const INFER_FAULTS: readonly NamedFault[] = [
  { name: 'does not infer', fault: on(infers, answers(500)), caughtBy: ['rest.infer.answer'] },
  {
    name: 'names another model',
    fault: changed(infers, (body) => ({ ...body, model_name: 'other' })),
    caughtBy: ['rest.infer.model-name'],
  },
  {
    name: 'names another version',
    fault: changed(infers, (body) => ({ ...body, model_version: '9' })),
    caughtBy: ['rest.infer.model-version'],
  },
  {
    name: 'answers with another datatype than it tells',
    fault: rewritten((text) => text.replace('"FP32"', '"FP64"')),
    caughtBy: ['rest.infer.outputs'],
  },
  {
    name: 'wants a Content-Type',
    fault: on((request) => infers(request) && request.headers['content-type'] === undefined, answers(415)),
    caughtBy: ['rest.infer.no-content-type'],
  },
  {
    name: 'does not infer by version',
    fault: on((request) => infers(request) && request.path.includes('/versions/1'), answers(404)),
    caughtBy: ['rest.infer.version-path'],
  },
  {
    name: 'takes inputs by their places',
    fault: on(sends(/"inputs":\[\{"name":"flag"/), answers(400)),
    caughtBy: ['rest.infer.input-order'],
  },
  { name: 'reads no blanks', fault: on(sends(/^\s/), answers(400)), caughtBy: ['rest.infer.whitespace'] },
  {
    name: 'reads no nested data',
    fault: on(sends('"data":[['), answers(400)),
    caughtBy: ['rest.shapes.nested'],
  },
  {
    name: 'takes one row',
    fault: on(sends(/"shape":\[(2|3|100),/), answers(400)),
    caughtBy: ['rest.shapes.two-rows', 'rest.shapes.many-rows', 'rest.shapes.rows-alike'],
  },
  {
    name: 'mixes rows',
    fault: async (request, right) => {
      const answer = await right()
      return rows(3)(request)
        ? { ...answer, body: String(answer.body).replace('"data":[0.5', '"data":[7') }
        : answer
    },
    caughtBy: ['rest.shapes.rows-alike'],
  },
  { name: 'fails without rows', fault: on(rows(0), answers(500)), caughtBy: ['rest.shapes.zero-rows'] },
  {
    name: 'rounds long integers',
    fault: rewritten((text) => text.replace(/\d{16,}/g, (digits) => String(BigInt(Number(digits))))),
    caughtBy: ['rest.datatypes.integer-limits', 'rest.datatypes.odd-integers'],
  },
  {
    name: 'knows ASCII alone',
    fault: rewritten((text) => text.replace(/[^\0-~]/g, '?')),
    caughtBy: ['rest.datatypes.texts', 'rest.ids.any-text'],
  },
  {
    name: 'has true alone',
    fault: rewritten((text) => text.replaceAll('false', 'true')),
    caughtBy: ['rest.datatypes.booleans'],
  },
  {
    name: 'always gives all outputs',
    fault: misread((body) => (outputsIn(body).length === 1 ? without(body, 'outputs') : body)),
    caughtBy: ['rest.outputs.no-others'],
  },
  {
    name: 'loses outputs that are asked for',
    fault: changed(sends('"outputs":[{'), (body) => ({ ...body, outputs: outputsIn(body).slice(0, -1) })),
    caughtBy: ['rest.outputs.one', 'rest.outputs.all', 'rest.parameters.empty-of-output'],
  },
  {
    name: 'takes no outputs for none',
    fault: changed(sends('"outputs":[]'), (body) => ({ ...body, outputs: [] })),
    caughtBy: ['rest.outputs.empty-list'],
  },
  {
    name: 'takes no parameters',
    fault: on(sends('"parameters":{'), answers(400)),
    caughtBy: [
      ...['rest.parameters.empty', 'rest.parameters.empty-of-input', 'rest.parameters.empty-of-output'],
      'rest.parameters.custom',
    ],
  },
  {
    name: 'forgets ids',
    fault: changed(infers, (body) => without(body, 'id')),
    caughtBy: ['rest.ids.echo', 'rest.ids.any-text', 'rest.ids.together'],
  },
  { name: 'mixes up ids', fault: mixedUpIds(), caughtBy: ['rest.ids.together'] },
]

function mixedUpIds() {
  let last: JsonValue = 'first'
  return changed(infers, (body) => {
    const { id } = body
    if (id === undefined) return body
    const earlier = last
    last = id
    return { ...body, id: earlier }
  })
}
