import JSON

/// Documents that the staff API writes too, so that commands have the same form.
extension JSONObject {
    /// The object that `write` writes.
    init(written write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        write(&writer)
        self.init(writer.bytes)
    }

    /// Reads an object that this program has written.
    init(_ bytes: [UInt8]) {
        guard let object = (try? JSONParser.parse(bytes))?.object else {
            preconditionFailure("a document of the program must be a JSON object")
        }
        self = object
    }

    /// Reads an array of objects that this program has written.
    static func objects(_ bytes: [UInt8]) -> [JSONObject] {
        guard let values = (try? JSONParser.parse(bytes))?.array else {
            preconditionFailure("a list of the program must be a JSON array")
        }
        return values.compactMap(\.object)
    }
}
