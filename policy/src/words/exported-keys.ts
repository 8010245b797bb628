/**
 * What may leave the service without anybody having listed it: keys that keep traces useful in Tempo (its service graph
 * reads `peer.service`, `server.address`, `db.namespace`) and hold nothing of a person. Braces list alternatives, a star
 * takes one segment. Their strings are masked all the same.
 * Source: OpenTelemetry semantic conventions 1.41 and the design.
 */
export const allowedSpanKeys: readonly string[] = [
  'code.function.name',
  'db.{system,name,operation,sql.table}',
  'db.{system.name,namespace,operation.name,operation.batch.size,collection.name,query.summary,stored_procedure.name}',
  'db.response.{status_code,returned_rows}',
  'error.{type,stage}',
  'exception.{type,stacktrace}',
  'faas.{name,trigger,coldstart}',
  'graphql.operation.{name,type}',
  'http.request.{method,method_original,resend_count,body.size}',
  'http.response.{status_code,body.size}',
  'http.{route,method,status_code}',
  // What a message went through before, under keys of the runtime's own: the conventions have none for every system.
  'messaging.message.{redelivered,delivery_count,disposition,dead_letter.reason,dead_letter.source}',
  'messaging.{system,system.name,operation.name,operation.type,consumer.group.name,batch.message_count,message.id}',
  'messaging.destination.{name,template,anonymous,temporary,partition.id}',
  'net.peer.{name,port}',
  'network.peer.{address,port}',
  'network.{protocol.name,protocol.version,transport}',
  // Next.js' own spans; `next.span_name` has the request's path in it.
  'next.{route,rsc,segment,span_category,span_type}',
  'peer.service',
  'rpc.{system,service,method,grpc.status_code}',
  'rpc.{system.name,status_code}',
  'server.{address,port}',
  'url.{scheme,template,path,full}',
  'user_agent.original',
  'enduser.pseudo.id',
]

export const allowedResourceKeys: readonly string[] = [
  'cloud.**',
  'container.id',
  'deployment.environment.name',
  'host.{name,arch}',
  'k8s.*.{name,uid}',
  'process.pid',
  'process.runtime.**',
  'service.**',
  'telemetry.**',
]

/** What never leaves, whatever a config allows: content carriers and what identifies a person. Two stars take any rest. */
export const deniedKeys: readonly string[] = [
  'client.**',
  'db.query.parameter.**',
  'db.query.text',
  'db.statement',
  'enduser.**',
  'exception.message',
  'graphql.document',
  'http.client_ip',
  'http.request.body',
  'http.request.body.content',
  'http.request.header.**',
  'http.response.body',
  'http.response.body.content',
  'http.response.header.**',
  'http.target',
  'http.url',
  'process.command',
  'process.command_args',
  'process.command_line',
  'rpc.grpc.request.metadata.**',
  'rpc.grpc.response.metadata.**',
  'rpc.request.metadata.**',
  'rpc.response.metadata.**',
  'url.query',
]
