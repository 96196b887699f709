using Mmm;
using MmmApp1;

using var client = MmmClient.Open("MmmApp1");
new Lamp(client).Run();
