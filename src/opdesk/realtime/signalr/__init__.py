"""The ASP.NET Core SignalR protocol, server side; no product words.

Specification: TransportProtocols.md and HubProtocol.md in dotnet/aspnetcore, src/SignalR/docs.
"""
