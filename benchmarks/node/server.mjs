// One conversation's messages over graphql-transport-ws, by mercurius, told from process to process by Redis.
// node server.mjs PORT REDIS_PORT
import Fastify from 'fastify'
import mercurius from 'mercurius'
import emitter from 'mqemitter-redis'

const [port, redisPort] = process.argv.slice(2).map(Number)
const TOPIC = 'conversation:1'
const author = { __typename: 'Contact', name: 'Grace Guest' }

const schema = `
  enum MessageKind { TEXT NOTE }
  type Agent { name: String! }
  type Contact { name: String! }
  union Actor = Agent | Contact
  type Message { id: ID! seq: Int! kind: MessageKind! text: String at: String! author: Actor }
  type MessageAdded { cursor: String! at: String! message: Message! }
  type Resync { cursor: String! reason: String! }
  union ConversationEvent = MessageAdded | Resync
  input SendMessageInput { conversationId: ID! text: String }
  type UserError { code: String! message: String! }
  type MessagePayload { message: Message errors: [UserError!]! }
  type Query { hello: String }
  type Mutation { sendMessage(input: SendMessageInput!): MessagePayload }
  type Subscription { conversationEvents(conversationId: ID!, after: String): ConversationEvent! }`

let seq = 0
const resolvers = {
  Mutation: {
    async sendMessage (_, { input }, { pubsub }) {
      const at = new Date().toISOString()
      const message = { id: `TWVzc2FnZTo${++seq}`, seq, kind: 'TEXT', text: input.text, at, author }
      const added = { __typename: 'MessageAdded', cursor: `AQAAAAAAAA${seq}`, at, message }
      await pubsub.publish({ topic: TOPIC, payload: { conversationEvents: added } })
      return { message, errors: [] }
    }
  },
  Subscription: {
    conversationEvents: { subscribe: (_, __, { pubsub }) => pubsub.subscribe(TOPIC) }
  }
}

const app = Fastify()
app.register(mercurius, {
  schema,
  resolvers,
  jit: 1,
  subscription: { emitter: emitter({ host: '127.0.0.1', port: redisPort }) }
})
await app.listen({ port, host: '127.0.0.1' })
