/** The pages of statuses that MLflow's server answers without JSON, as short as those of its framework. */
export const HTML = 'text/html; charset=utf-8'

export const NOT_FOUND_PAGE = errorPage(
  '404 Not Found',
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
)

export const METHOD_NOT_ALLOWED_PAGE = errorPage(
  '405 Method Not Allowed',
  'The method is not allowed for the requested URL.',
)

/** Until there is a web UI. */
export function homePage(version: string): string {
  return page(
    'Headrace',
    `<h1>Headrace ${version}</h1>\n<p>This is a tracking and registry server with MLflow's REST API. ` +
      'Point <code>MLFLOW_TRACKING_URI</code> at this address.</p>\n',
  )
}

/** @param title with the status before it */
export function errorPage(title: string, text: string): string {
  return page(title, `<h1>${title.slice(4)}</h1>\n<p>${text}</p>\n`)
}

function page(title: string, content: string): string {
  return `<!doctype html>\n<html lang=en>\n<title>${title}</title>\n${content}`
}
