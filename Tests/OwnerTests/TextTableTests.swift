import JSON
import Loyalty
import Testing

@testable import Owner

@Suite struct TextTableTests {
    @Test func tablesAreAlignedAndEscaped() {
        var table = TextTable()
        let rows = [("anna", 5), ("b\u{1B}[31m", 72_998)].map { login, points in
            JSONObject(["login": .string(login), "created_at": .null, "current": .points(Points(hundredths: points))])
        }
        #expect(
            table.lines(rows) == """
                LOGIN        CREATED AT  CURRENT
                anna         -              0.05
                b\\u{1B}[31m  -            729.98

                """)
        // The rows of the next page keep the columns.
        #expect(table.lines([rows[0]]) == "anna         -              0.05\n")
        #expect(
            TextTable.fields(JSONObject(["a_b": .bool(true), "orders": .object(["NEW": .integer(3)])])) == """
                a b         yes
                orders NEW  3

                """)
    }
}
