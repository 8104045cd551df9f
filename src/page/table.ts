import { type Html, type HtmlPart, html } from './html.ts'

export interface Column {
  readonly title: string
  /** Right-aligned. */
  readonly isNumber?: boolean
}

/**
 * A table whose rows become cards on a narrow screen, each cell with its column's title. The roles are named since a browser
 * forgets them where a table is not laid out as one. The first cell heads its row.
 */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly HtmlPart[])[],
): Html {
  const heads = columns.map(
    (column) => html`<th scope="col" role="columnheader"${numberClass(column)}>${column.title}</th>`,
  )
  return html`<table role="table"><caption>${caption}</caption><thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows.map((cells) => tableRow(columns, cells))}</tbody></table>`
}

function tableRow(columns: readonly Column[], [head, ...cells]: readonly HtmlPart[]): Html {
  const others = cells.map((cell, at) => {
    const column = columns[at + 1] ?? { title: '' }
    return html`<td role="cell" data-title="${column.title}"${numberClass(column)}>${cell}</td>`
  })
  return html`<tr role="row"><th scope="row" role="rowheader">${head}</th>${others}</tr>`
}

function numberClass({ isNumber }: Column): Html | undefined {
  return isNumber === true ? html` class="number"` : undefined
}
