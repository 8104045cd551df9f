import { createHash } from 'node:crypto'
import type { TensorMetadata } from '../core/predictor.ts'
import { Html, html } from '../page/html.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import { describeType } from '../signature/describe-schema.ts'
import type { ModelSignature, Schema } from '../signature/model-signature.ts'
import { inferPathsOf } from './open-inference/openapi-paths.ts'
import { type DescribedModel, namedPath } from './openapi.ts'

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-top: 1px solid #8886; padding-top: 1.5rem; }
table { border-collapse: collapse; } td, th { padding: .2rem 1.2rem .2rem 0; text-align: left; }
code, pre, textarea { font: 13px/1.45 ui-monospace, monospace; }
textarea { width: 100%; height: 9rem; box-sizing: border-box; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
`

/** Sends a form's text to its model; the whole of the page's programming. */
const SCRIPT = `
for (const form of document.forms) form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const output = form.querySelector('pre')
  output.textContent = '…'
  try {
    const headers = { 'content-type': 'application/json' }
    const reply = await fetch(form.getAttribute('action'), { method: 'POST', headers, body: form.elements.body.value })
    output.textContent = reply.status + ' ' + (reply.headers.get('server-timing') ?? '') + '\\n' + await reply.text()
  } catch (error) { output.textContent = String(error) }
})
`

/** Nothing but this page's own style and script, and requests to this server. */
export const DOCS_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${hashSource(STYLE)}`,
  `script-src ${hashSource(SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The reference of the models served, as one HTML page that needs nothing from any other server. */
export function docsPage(described: readonly DescribedModel[]): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Headrace</title>
<meta name="viewport" content="width=device-width"><style>${new Html(STYLE)}</style></head>
<body><h1>Models served here</h1>
<p>Requests and replies are those of MLflow's scoring server; each model is served by the Open Inference Protocol V2
and by V1 too. The same as a document for programs: <a href="openapi.json">openapi.json</a>. Also here:
<code>/ping</code>, <code>/ready</code>, <code>/version</code>, <code>/metrics</code>, <code>/v2</code>,
<code>/v2/health/live</code>, <code>/v2/health/ready</code>, <code>/v2/models/stats</code>, <code>/v1/models</code>.</p>
${described.map(modelSection)}
<script>${new Html(SCRIPT)}</script></body></html>
`
  return page.text
}

function modelSection(described: DescribedModel): Html {
  const { model, example, isPreferred } = described
  const path = namedPath(described)
  const body = example === undefined ? '' : JSON.stringify(example, null, 1)
  return html`<h2>${isPreferred ? model.name : `${model.name}, version ${model.version}`}</h2>
<p>${describe(model)}</p>
${signatureTables(model.mlmodel.signature)}
<form action="${path}"><p><label><code>POST ${path}</code>
<textarea name="body" spellcheck="false">${body}</textarea></label></p>
<button>Send</button><pre></pre></form>
<p>The same by ${otherPaths(model)}; its own tensors:</p>
${table('Tensors', tensorRows(model))}
`
}

function otherPaths(model: ServedModel): readonly Html[] {
  return inferPathsOf(model).map((path, at) => html`${at === 0 ? '' : ' and '}<code>POST ${path}</code>`)
}

function tensorRows({ predictor }: ServedModel): readonly (readonly string[])[] {
  const row = ({ name, datatype, shape }: TensorMetadata): readonly string[] => [
    name,
    datatype,
    `(${shape.join(', ')})`,
  ]
  return [
    ...predictor.inputs.map((input) => [...row(input), 'input']),
    ...predictor.outputs.map((output) => [...row(output), 'output']),
  ]
}

function describe({ source, mlmodel, placement }: ServedModel): string {
  const version = source.version === undefined ? '' : `, version ${source.version}`
  return `${source.canonicalUri}${version}, ${mlmodel.flavor}, ${placement === 'inline' ? 'runs inline' : 'runs in a pool'}`
}

function signatureTables(signature: ModelSignature | undefined): Html {
  if (signature === undefined) return html`<p>The model has no signature.</p>`
  const params = signature.params?.map(({ name, type, default: value }) => [
    name,
    describeType(type),
    `default ${JSON.stringify(value)}`,
  ])
  return html`${table('Inputs', schemaRows(signature.inputs))}
${table('Parameters', params ?? [])}
${table('Outputs', schemaRows(signature.outputs))}`
}

function schemaRows(schema: Schema | undefined): readonly (readonly string[])[] {
  if (schema === undefined) return []
  if (schema.kind === 'tensors') {
    return schema.tensors.map(({ name, dtype, shape }) => [name ?? '', dtype, `(${shape.join(', ')})`])
  }
  return schema.columns.map(({ name, type, required }) => [
    name ?? '',
    describeType(type),
    required ? '' : 'optional',
  ])
}

function table(title: string, rows: readonly (readonly string[])[]): Html | undefined {
  if (rows.length === 0) return undefined
  const lines = rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)
  return html`<h3>${title}</h3><table>${lines}</table>`
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
