/** Methods of a router that are named after an HTTP method (RFC 9110, and PATCH of RFC 5789), lowercase. */
export const httpMethods: readonly string[] = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put']

/** The methods that most routers have beside them: `all` for any, `del` as the older spelling of `delete`. */
export const routeMethods: readonly string[] = ['all', 'del', ...httpMethods]
