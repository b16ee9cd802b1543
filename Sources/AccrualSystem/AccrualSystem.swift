// room AccrualSystem
