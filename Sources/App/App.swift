// room App
