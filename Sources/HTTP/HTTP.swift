// room HTTP
