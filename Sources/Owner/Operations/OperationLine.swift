import JSON

/// An operation as a line of JSON, which is how the command line asks the server for it over the control socket.
extension OwnerOperation {
    /// - Parameter author: the account that called the command. The server believes it only if root sends the line.
    func line(by author: String) -> [UInt8] {
        let form = Self.wire
        let members = JSONObject(["command": .string(form.name(of: self)), "by": .string(author)])
        return JSONValue.object(members + form.write(self)).line
    }
}

enum OperationLine {
    /// The operation of a line without its end; `nil` if the line is not one.
    static func operation(_ line: some Sequence<UInt8>) -> (any OwnerOperation)? {
        guard let object = try? JSONParser.parse(line).object, let name = object["command"]?.string else { return nil }
        return OwnerCommand.all.lazy.compactMap { read($0.operation, name, object) }.first
    }

    private static func read<Operation: OwnerOperation>(
        _ type: Operation.Type, _ name: String, _ object: JSONObject
    ) -> (any OwnerOperation)? {
        type.wire.read(name, object)
    }

    /// The account that a line names as the author of its operation; `nil` if it names none.
    static func author(_ line: some Sequence<UInt8>) -> String? {
        guard let author = (try? JSONParser.parse(line))?.object?["by"]?.string, Caller.isName(author) else {
            return nil
        }
        return author
    }
}

extension JSONValue {
    /// The value with the end of a line.
    var line: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes + [0x0A]
    }
}
