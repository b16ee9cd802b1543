/// A script or style sheet as a part of a joined file: the files that it imports, the names that it exports, and its
/// own code.
///
/// Modules are taken apart by lines and not by a parser of JavaScript. So the sources may use these forms alone, and
/// all others are refused:
///
/// * `import { a, b } from './file.js';` in a script, in one or several lines, before all other code,
/// * `export function a(`, `export async function a(`, `export const a =` and `export class A` at the start of a line,
/// * `@import url("./file.css");` in a style sheet, before all rules.
///
/// A variable cannot be exported, because an importing module has a copy of each value. The word `import` occurs
/// nowhere else in a script, and `await` in no line without indentation, since a module's code runs inside a function.
struct PageModule: Equatable {
    /// A file from which a module takes names. Style sheets take no names.
    struct Import: Equatable {
        let path: String
        let names: [String]
    }

    let path: String
    let imports: [Import]
    /// The names in the order of their declarations.
    let exports: [String]
    /// The lines without the imports and without the word `export`.
    let code: [ArraySlice<UInt8>]

    /// - Throws: `notUnderstood` for a line that has another form.
    init(_ file: PageFile) throws(PageJoiningError) {
        path = file.path
        let isScript = file.isScript
        let keyword = isScript ? "import" : "@import"
        var (imports, exports, code): ([Import], [String], [ArraySlice<UInt8>]) = ([], [], [])
        var statement = ""
        for line in file.codeLines {
            let text = line.text
            if !statement.isEmpty || (code.isEmpty && text.begins(withWord: keyword)) {
                statement += line.string + " "
                guard statement.hasSuffix("; ") else { continue }
                guard let found = Import(statement, in: file) else { throw .notUnderstood(path, statement) }
                imports.append(found)
                statement = ""
            } else if isScript && text.begins(withWord: "export") {
                guard let (name, rest) = Self.declaration(text) else { throw .notUnderstood(path, line.string) }
                exports.append(name)
                code.append(rest)
            } else {
                guard isScript ? line.isScriptCode : !text.begins(withWord: keyword) else {
                    throw .notUnderstood(path, line.string)
                }
                code.append(text)
            }
        }
        guard statement.isEmpty else { throw .notUnderstood(path, statement) }
        (self.imports, self.exports, self.code) = (imports, exports, code)
    }

    /// The name that a line exports, and the line without the word `export`.
    private static func declaration(_ line: ArraySlice<UInt8>) -> (name: String, rest: ArraySlice<UInt8>)? {
        let rest = line.dropFirst("export ".utf8.count)
        for (start, end) in [("async function ", "("), ("function ", "("), ("const ", " ="), ("class ", " ")]
        where rest.starts(with: start.utf8) {
            let name = rest.dropFirst(start.utf8.count).prefix { $0.isIdentifierByte }
            guard !name.isEmpty, rest[name.endIndex...].starts(with: end.utf8) else { return nil }
            return (String(decoding: name, as: UTF8.self), rest)
        }
        return nil
    }
}

extension PageModule.Import {
    /// Reads a whole statement, whose lines are joined by spaces. `nil` if it has another form.
    fileprivate init?(_ statement: String, in file: PageFile) {
        let (start, end) = file.isScript ? ("import {", "'; ") : ("@import url(\"", "\"); ")
        guard statement.hasPrefix(start), statement.dropFirst(start.count).hasSuffix(end) else { return nil }
        var reference = statement.dropFirst(start.count).dropLast(end.count)
        var names: [String] = []
        if file.isScript {
            let parts = reference.split(separator: "} from '", omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            // A name that is changed (`a as b`) gives three names here, of which no module can export `as`.
            names = parts[0].split { $0 == "," || $0 == " " }.map(String.init)
            guard !names.isEmpty, names.allSatisfy({ $0.utf8.allSatisfy(\.isIdentifierByte) }) else { return nil }
            reference = parts[1]
        }
        guard let path = file.path(of: reference) else { return nil }
        (self.path, self.names) = (path, names)
    }
}

extension PageFile.CodeLine {
    fileprivate var string: String { String(decoding: text, as: UTF8.self) }

    /// False if the line does what a module's code must not do inside a function.
    fileprivate var isScriptCode: Bool {
        !text.hasWord("import") && (isIndented || !text.hasWord("await"))
            && text.count { $0 == UInt8(ascii: "`") }.isMultiple(of: 2)
    }
}

extension ArraySlice<UInt8> {
    fileprivate func begins(withWord word: String) -> Bool {
        starts(with: word.utf8) && dropFirst(word.utf8.count).first?.isIdentifierByte != true
    }

    fileprivate func hasWord(_ word: String) -> Bool {
        let first = word.utf8.first
        return indices.contains { index in
            self[index] == first && (index == startIndex || !self[index - 1].isIdentifierByte)
                && self[index...].begins(withWord: word)
        }
    }
}

extension UInt8 {
    /// True for the letters, digits, `_` and `$` that names have in the sources.
    fileprivate var isIdentifierByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
            true
        default: false
        }
    }
}
