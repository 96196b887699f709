using Mmm;
using PanelExample;

using var client = MmmClient.Open("Panel");
new ControlPanel(client).Run();
