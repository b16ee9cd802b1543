import HTTP

extension Connection {
    /// What is to be done next.
    enum Stage {
        case reading
        /// A proxy's request waits for the turn of the client that it is from.
        case holding(Request)
        /// The handler has a request; a task brings the answer.
        case answering
        /// An answer's head is out, and its body follows part by part.
        case streaming(any BodyParts)
        /// An answer's head is out, and its body goes on for as long as the client listens.
        case following(any BodyStream)
        /// The last answer is on its way. Where its client may still be sending, closing would reset the answer away.
        case closing(clientMaySend: Bool)
        /// Nothing more is sent; what still comes is read away.
        case lingering
        case ended
    }

    /// What the connection waits for, which decides how long it may.
    enum Wait {
        /// For the handler or for its turn, which are ours to end in time.
        case nothing
        case idle, head, body, writing, lingering
        /// For something to say, until the stream's next beat at most.
        case following
    }

    /// Why a connection does not go on.
    enum Ending: Error {
        /// The peer has gone, or its time has.
        case gone
        case refused(RequestError)
    }
}
