Console.Error.WriteLine("mmm: not built yet");
return 1;
