// room Front
