import App

tmpMain(CommandLine.arguments)
