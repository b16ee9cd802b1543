/// A change that the staff or the owner makes. Each store has one function that makes it, and that records the action
/// and the notes of ledger entries in the same transaction, so that no change can lack its record.
///
/// A reason has at most ``LedgerNote/reasonBytesMax`` bytes, and a receipt earns from zero to ``Order/accrualMax``
/// points. Callers check both, and answer a client that exceeds them.
package enum ShopChange: Equatable, Sendable {
    // MARK: Customers

    /// Adds a customer without a session. Result: ``ShopChangeResult/customer(_:isChanged:)``.
    case addCustomer(Login, PasswordHash)
    /// Sets another password, ends all sessions of the customer and forgets the places from which they signed in.
    /// Result: ``ShopChangeResult/customer(_:isChanged:)``.
    case setCustomerPassword(UserSelector, PasswordHash)
    /// Lets a customer sign in, or keeps the customer from it and ends all sessions. Result:
    /// ``ShopChangeResult/customer(_:isChanged:)``.
    case setCustomerEnabled(UserSelector, Bool)
    /// Erases login, password, sessions and places of a customer; orders, withdrawals and ledger stay. Result:
    /// ``ShopChangeResult/customer(_:isChanged:)`` with the customer as before.
    case deleteCustomer(UserSelector)
    /// Records that everything stored about a customer was handed out. Result:
    /// ``ShopChangeResult/customer(_:isChanged:)``.
    case exportCustomer(UserSelector)

    // MARK: Orders and points

    /// Stores a receipt that earns these points, and uploads its order for the customer, if there is one. Result:
    /// ``ShopChangeResult/sold(_:)``.
    case sell(OrderNumber, earning: Points, customer: UserSelector?)
    /// Changes the points that a receipt earns, if its order was not credited yet. Result:
    /// ``ShopChangeResult/receipt(_:_:)``.
    case correctReceipt(OrderNumber, earning: Points)
    /// Spends points of a customer on an order; the sum is above zero. Result:
    /// ``ShopChangeResult/customer(_:isChanged:)``, unchanged if the same withdrawal was made before.
    case spend(UserSelector, OrderNumber, Points)
    /// Gives back the points that were spent on an order, once. Result: ``ShopChangeResult/refunded(_:_:)``.
    case refund(OrderNumber, reason: String)
    /// Takes back points that an order earned: these (above zero), or all that are left. Result:
    /// ``ShopChangeResult/returned(_:)``.
    case returnGoods(OrderNumber, Points?, reason: String)
    /// Gives points to a customer, or takes points if the amount is negative; it is not zero. Result:
    /// ``ShopChangeResult/customer(_:isChanged:)``.
    case adjust(UserSelector, Points, reason: String)

    // MARK: The shop

    /// Result: ``ShopChangeResult/done(isChanged:)``.
    case addRule(RewardRule)
    /// Removes the rule of this match. Result: ``ShopChangeResult/done(isChanged:)``.
    case removeRule(matching: String)
    /// Opens or closes registration, whatever the configuration says. Result: ``ShopChangeResult/done(isChanged:)``.
    case setRegistration(isOpen: Bool)
    /// Records that a backup of this name was made. Result: ``ShopChangeResult/done(isChanged:)``.
    case makeBackup(name: String)

    // MARK: Staff

    /// Result: ``ShopChangeResult/staff(_:isChanged:)``.
    case addStaff(StaffName, StaffRole, PasswordHash)
    /// Sets another password of a person and ends all of their sessions. Result:
    /// ``ShopChangeResult/staff(_:isChanged:)``.
    case setStaffPassword(StaffName, PasswordHash)
    /// Gives a person another role, which the next request of each of their sessions has. Result:
    /// ``ShopChangeResult/staff(_:isChanged:)``.
    case setStaffRole(StaffName, StaffRole)
    /// Lets a person sign in, or keeps them from it and ends all of their sessions. Result:
    /// ``ShopChangeResult/staff(_:isChanged:)``.
    case setStaffEnabled(StaffName, Bool)
    /// Erases name, password and sessions of a person. Result: ``ShopChangeResult/staff(_:isChanged:)`` with the
    /// account as before.
    case deleteStaff(StaffName)
    /// Adds an API key, of whose token the store keeps the SHA-256. Result: ``ShopChangeResult/staff(_:isChanged:)``.
    case addKey(StaffName, StaffRole, SessionID)
    /// Revokes an API key and frees its name. Result: ``ShopChangeResult/staff(_:isChanged:)`` with the account as
    /// before.
    case removeKey(StaffName)
}

extension ShopChange {
    /// The lowest role that may make the change. A store refuses an actor of a lower one, and also an account of the
    /// staff that is not active any more.
    package var requiredRole: StaffRole {
        switch self {
        case .addCustomer, .setCustomerPassword, .sell, .correctReceipt, .spend, .refund, .returnGoods, .adjust:
            .cashier
        case .setCustomerEnabled, .deleteCustomer, .exportCustomer, .addRule, .removeRule, .setRegistration,
            .makeBackup, .addStaff, .setStaffPassword, .setStaffRole, .setStaffEnabled, .deleteStaff, .addKey,
            .removeKey:
            .owner
        }
    }

    /// The name under which the change is recorded.
    package var action: StaffAction.Name {
        switch self {
        case .addCustomer: .customerAdd
        case .setCustomerPassword: .customerPassword
        case .setCustomerEnabled(_, let isEnabled): isEnabled ? .customerEnable : .customerDisable
        case .deleteCustomer: .customerDelete
        case .exportCustomer: .customerExport
        case .sell: .receiptAdd
        case .correctReceipt: .receiptCorrect
        case .spend: .pointsSpend
        case .refund: .withdrawalRefund
        case .returnGoods: .orderReturn
        case .adjust: .pointsAdjust
        case .addRule: .ruleAdd
        case .removeRule: .ruleRemove
        case .setRegistration(let isOpen): isOpen ? .registrationOpen : .registrationClose
        case .makeBackup: .backupMake
        case .addStaff: .staffAdd
        case .setStaffPassword: .staffPassword
        case .setStaffRole: .staffRole
        case .setStaffEnabled(_, let isEnabled): isEnabled ? .staffEnable : .staffDisable
        case .deleteStaff: .staffDelete
        case .addKey: .keyAdd
        case .removeKey: .keyRemove
        }
    }
}
