// room Accrual
