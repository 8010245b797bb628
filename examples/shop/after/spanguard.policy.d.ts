// Written by `spanguard build-policy`. Do not edit: change the config and run it again.
import '@spanguard/runtime'

declare module '@spanguard/runtime' {
  /** The attribute keys that leave the service; any other is a compile error. */
  interface PolicyKeys {
    'code.function.name': true
    'db.collection.name': true
    'db.name': true
    'db.namespace': true
    'db.operation': true
    'db.operation.batch.size': true
    'db.operation.name': true
    'db.query.summary': true
    'db.response.returned_rows': true
    'db.response.status_code': true
    'db.sql.table': true
    'db.stored_procedure.name': true
    'db.system': true
    'db.system.name': true
    'enduser.pseudo.id': true
    'error.stage': true
    'error.type': true
    'exception.stacktrace': true
    'exception.type': true
    'faas.coldstart': true
    'faas.name': true
    'faas.trigger': true
    'fraud.score': true
    'graphql.operation.name': true
    'graphql.operation.type': true
    'http.method': true
    'http.request.body.size': true
    'http.request.method': true
    'http.request.method_original': true
    'http.request.resend_count': true
    'http.response.body.size': true
    'http.response.status_code': true
    'http.route': true
    'http.status_code': true
    'messaging.batch.message_count': true
    'messaging.consumer.group.name': true
    'messaging.destination.anonymous': true
    'messaging.destination.name': true
    'messaging.destination.partition.id': true
    'messaging.destination.template': true
    'messaging.destination.temporary': true
    'messaging.message.dead_letter.reason': true
    'messaging.message.dead_letter.source': true
    'messaging.message.delivery_count': true
    'messaging.message.disposition': true
    'messaging.message.id': true
    'messaging.message.redelivered': true
    'messaging.operation.name': true
    'messaging.operation.type': true
    'messaging.system': true
    'messaging.system.name': true
    'net.peer.name': true
    'net.peer.port': true
    'network.peer.address': true
    'network.peer.port': true
    'network.protocol.name': true
    'network.protocol.version': true
    'network.transport': true
    'payment.amount': true
    'payment.card.last4': true
    'payment.currency': true
    'peer.service': true
    'rpc.grpc.status_code': true
    'rpc.method': true
    'rpc.service': true
    'rpc.status_code': true
    'rpc.system': true
    'rpc.system.name': true
    'server.address': true
    'server.port': true
    'url.full': true
    'url.path': true
    'url.scheme': true
    'url.template': true
    'user_agent.original': true
    [key: `order.${string}`]: true
  }
}
