import Loyalty
import Text

/// The record of actions as a table of RFC 4180.
enum ActionTable {
    static let heading = "id,at,by,kind,role,action,customer_id,customer_login,subject,points,note,address"

    static let contentType = "text/csv; charset=utf-8"

    static func format() -> ListFormat<StaffAction> { .lines(contentType: contentType, heading: heading, line) }

    private static func line(_ action: StaffAction) -> String {
        let customer = action.customer
        return [
            "\(action.id)", action.at.rfc3339, action.actor.name.csvField, "\(action.actor.kind)",
            "\(action.actor.role)", action.name.rawValue, customer.map { "\($0.id.rawValue)" } ?? "",
            (customer?.login ?? "").csvField, action.subject.csvField, action.points.map { "\($0)" } ?? "",
            action.note.csvField, action.actor.address.csvField,
        ].joined(separator: ",")
    }
}
