@kubernetes @K4
Feature: A packet that comes before its Service
  The node itself refuses it and remembers the flow as its own; every repetition keeps that memory alive. When the Service is in
  force, kube-proxy forgets such flows, and the next repetition arrives.

  @RFC3261-17.1.1.2
  Scenario: The INVITE is refused until the Service is there, and heals by itself
    Given the working configuration
    And every UE is registered and affiliated
    And agency b's operator deletes the Service of the edge
    When a-ue-1 calls the campaign
    Then agency b's node refuses what comes for the port of its edge
    When agency b's operator applies the Service of the edge
    Then by now every leg has its INVITE, its 200 and its ACK
    And the symptom is "packet-before-service"
    When a-ue-1 talks for 40 packets
    Then every other member hears all 40 packets of a-ue-1's burst after the first 5
    When a-ue-1 hangs up
    Then every leg is ended by a BYE and its 200

  Scenario: With the Service there first, deleting and applying it between calls leaves no trace
    Given the working configuration
    And every UE is registered and affiliated
    And agency b's operator deletes the Service of the edge
    And agency b's operator applies the Service of the edge
    When a-ue-1 calls the campaign
    Then every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to a-ue-1 and taken to all other members
    When a-ue-1 hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows
