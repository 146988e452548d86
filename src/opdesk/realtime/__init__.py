"""Live updates: the hub that clients of ASP.NET Core SignalR connect to unchanged."""
